//! Events of the application: what is refused, what a calendar shows, and what counts as a difference.

mod checked;
mod contents;
mod exceptions;
mod linked;
pub(crate) mod made;
mod parts;
mod shown;

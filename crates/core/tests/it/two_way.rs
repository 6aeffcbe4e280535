//! What a person's edit becomes by each policy, and the way back.

mod laws;
mod table;

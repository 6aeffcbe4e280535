//! Pages and scripts, embedded; they use only the public API.

//! What Kalends does: one folder per capability, and the task runner.

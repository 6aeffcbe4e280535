//! The stand-in for the providers: a Google that runs on this machine.

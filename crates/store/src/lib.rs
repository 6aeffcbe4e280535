//! Every table, every query, every migration; SQLite and PostgreSQL behind one Store; seals secrets.

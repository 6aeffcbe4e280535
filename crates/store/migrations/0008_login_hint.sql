-- The account that the application expects, by its address, for the provider's page. Never logged.
ALTER TABLE connect_sessions ADD COLUMN login_hint TEXT;

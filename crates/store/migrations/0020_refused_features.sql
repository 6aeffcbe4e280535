-- What the provider refused although its answers list the scopes for it; a new consent empties it. Words, as in features.
ALTER TABLE connections ADD COLUMN refused_features TEXT NOT NULL DEFAULT '';

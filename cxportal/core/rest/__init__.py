"""The API's own ground: refusals as problem+json, pages by key, scopes. It knows no app."""

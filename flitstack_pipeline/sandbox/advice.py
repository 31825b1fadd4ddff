"""What to do where the sandbox cannot be made."""

OWN_ODOO = (
    "Without the sandbox, point the migration's file at an Odoo of your own: under `target:` give `url`, `database`, "
    "`login` and `api_key_env` (the name of the environment variable that holds the API key) instead of `sandbox`."
)

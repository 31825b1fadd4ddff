"""The three ways to call Odoo: each turns a `Call` into an HTTP request and the reply back into a value or an error."""

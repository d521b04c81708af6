"""The ballot protocol "svb1": who may answer and what is answered, with no thread between. No Flask, no database."""

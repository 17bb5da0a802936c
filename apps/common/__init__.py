"""What every app may use: money, errors, ids, the card-number guard, API and admin bases. No tables."""

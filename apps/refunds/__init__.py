"""The money going back: plan, refunds, payment gateways, store credit. Knows no return."""

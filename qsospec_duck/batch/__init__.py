"""Tasks become receipts."""

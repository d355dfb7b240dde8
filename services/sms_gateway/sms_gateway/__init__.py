"""The SMS gateway: carriers by SMPP and HTTP, text in parts, receipts, opt-out."""

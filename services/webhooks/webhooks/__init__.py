"""What happens, told to the customer's own systems."""

"""Mails to a real server: through the email gateway, and by smtplib on a kept connection."""

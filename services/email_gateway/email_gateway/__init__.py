"""Mail out and in: SMTP, IMAP, tracking, bounces, and the sandbox mailboxes."""

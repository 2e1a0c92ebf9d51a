"""What the end-to-end suites stand on: real servers, senders that sign, and consumers that look closely."""

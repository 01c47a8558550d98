"""What a worn motion sensor says: plain numpy, free of Django."""

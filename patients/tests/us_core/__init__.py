"""What the product writes, judged by those who wrote the profiles."""

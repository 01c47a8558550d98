"""What administrators keep of the chart: terms, medicines, ranges; nothing clinical."""

"""The chart on paper: PDF documents that name the patient on every page."""

"""Pages: strict HTML, a real browser, and what people see."""

"""What people do at their work, in a real browser from page to page, with and without JavaScript."""

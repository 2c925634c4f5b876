"""The pages: what people see in a browser. How one is made stands in the README of this folder."""

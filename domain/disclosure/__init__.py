"""Small numbers held back from what is published: the rules, what adds up, and which cells must be hidden."""

"""Reading: what a paper prints, as claims."""

"""Layer tables as papers print them: what their cells say, and the specs that they become."""

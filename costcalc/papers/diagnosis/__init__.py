"""Why a printed figure differs: what may have happened between the count and the page."""

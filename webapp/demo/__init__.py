"""The demonstration township: invented people, and cases made by real commands in the past."""

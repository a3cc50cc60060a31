"""Ways to the policy, the lists, the rights and the hotline."""

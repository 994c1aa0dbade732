"""The public HTTP interface: routes, who may use them and how much, and how errors are told."""

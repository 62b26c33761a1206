"""Rules about a declared choreography; ``choreography_check`` applies them to a file."""

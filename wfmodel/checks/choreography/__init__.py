"""Rules about a declared choreography; ``check_choreography_file`` applies them to a file."""

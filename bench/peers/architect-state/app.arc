@app
bench-state

@http
get /tables
get /publish

@tables
cats
  id *String

@events
arrived

@static
false

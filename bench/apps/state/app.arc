@app
bench-own-state

@http
get /tables

@tables
cats
  id *String

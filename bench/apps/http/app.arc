@app
http

@ws

@http
get /

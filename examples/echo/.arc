@app
echo

@aws
runtime nodejs24.x

@ws
# connect, default and disconnect are always there

@http
get /

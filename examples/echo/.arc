@app
echo

@ws
# connect, default and disconnect are always there

@http
get /

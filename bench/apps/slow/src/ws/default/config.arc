@aws
timeout 900

# Written by `ccsetup schedule`; removed by `ccsetup schedule --remove`.
# cron starts this with almost no environment.
export HOME='@HOME@'
export HTTPS_PROXY='http://127.0.0.1:9'
export LANG='C.UTF-8'
export NO_PROXY='127.0.0.1,localhost'
export PATH='@HOME@/bin:/usr/bin:/bin'
mkdir -p '@HOME@/.local/state/ccsetup/drift'
# The log holds the last run.
exec '@CCSETUP@' 'drift' >'@HOME@/.local/state/ccsetup/drift/cron.log' 2>&1 </dev/null

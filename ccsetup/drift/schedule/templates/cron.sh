# Written by `ccsetup schedule`; removed by `ccsetup schedule --remove`.
# cron starts this with almost no environment.
@exports@mkdir -p @folder@
# The log holds the last run.
exec @command@ >@log@ 2>&1 </dev/null

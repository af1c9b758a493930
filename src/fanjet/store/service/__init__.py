"""What a service keeps beside its runs: DAG files, schedules, backfills, pools, figures."""

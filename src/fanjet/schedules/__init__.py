"""When runs are due: pure calculations over calendars, cron texts and asset conditions."""

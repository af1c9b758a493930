LIMIT {{ params.limit }};

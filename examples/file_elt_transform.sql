-- A template: {{ params.since }} and {{ ds }} are filled in before DuckDB sees it.
CREATE OR REPLACE TABLE homes_by_city AS
SELECT
    city,
    sum(sales)::INTEGER AS sold,
    sum(volume) / sum(sales) AS average_price,
    avg(median) AS median_price,
    avg(median) FILTER (WHERE year = 2015) / avg(median) FILTER (WHERE year = {{ params.since }}) - 1 AS change,
    '{{ ds }}' AS loaded_on
FROM homes
WHERE year >= {{ params.since }}
GROUP BY city
HAVING sum(sales) > 0;

COPY homes_by_city TO '{{ params.output }}/homes_by_city.csv' (HEADER);

SELECT city, sold, median_price, coalesce(change, 0) AS change
FROM homes_by_city
ORDER BY median_price DESC;

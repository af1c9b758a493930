echo "script of {{ ds }} at {{ ti.map_index }}"

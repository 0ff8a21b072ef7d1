import Glibc

puts("placeholder")

# The versions that FASCIKIT_FETCH takes: address and SHA-256 of every archive.
# FASCIKIT_ARCHIVES names a folder that holds them already, as NAME-VERSION.SUFFIX
# (eigen-3.4.0.tar.bz2); the hash is checked all the same. Each address and hash is a
# cache variable, FASCIKIT_<NAME>_URL and FASCIKIT_<NAME>_SHA256.
function(fascikit_pin name version url sha256)
  string(TOUPPER ${name} upper)
  set(FASCIKIT_${upper}_VERSION ${version} CACHE INTERNAL "")
  set(FASCIKIT_${upper}_URL ${url} CACHE STRING "Where ${name} ${version} is fetched")
  set(FASCIKIT_${upper}_SHA256 ${sha256} CACHE STRING "SHA-256 of that archive")
  mark_as_advanced(FASCIKIT_${upper}_URL FASCIKIT_${upper}_SHA256)
endfunction()

fascikit_pin(eigen 3.4.0
  https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.bz2
  b4c198460eba6f28d34894e3a5710998818515104d6e74e5cc331ce31e46e626)
fascikit_pin(fftw 3.3.10
  https://www.fftw.org/fftw-3.3.10.tar.gz
  56c932549852cddcfafdab3820b0200c7742675be92179e59e6215b340e26467)
fascikit_pin(edflib 1.23
  https://gitlab.com/Teuniz/EDFlib/-/archive/v1.23/EDFlib-v1.23.tar.gz
  091d0295c454b4825477afee0b48142ee3f88633c9498f14084588dd4d58fa25)
fascikit_pin(json 3.11.2
  https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz
  d69f9deb6a75e2580465c6c4c5111b89c4dc2fa94e3a85fcd2ffcd9a143d9273)
fascikit_pin(cli11 2.3.2
  https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.3.2.tar.gz
  aac0ab42108131ac5d3344a9db0fdf25c4db652296641955720a4fbe52334e22)
fascikit_pin(pybind11 2.13.6
  https://github.com/pybind/pybind11/archive/refs/tags/v2.13.6.tar.gz
  e08cb87f4773da97fa7b5f035de8763abc656d87d5773e62f6da0587d1f0ec20)
fascikit_pin(googletest 1.12.1
  https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz
  81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2)
fascikit_pin(benchmark 1.7.1
  https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz
  6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7)

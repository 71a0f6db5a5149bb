# EDFlib has neither a package file nor a .pc file. Defines EDFlib::EDFlib.
find_path(EDFlib_INCLUDE_DIR edflib.h)
# A wheel goes to machines without EDFlib: there the static library, where there is one.
if(SKBUILD)
  find_library(EDFlib_LIBRARY NAMES libedf.a edf)
else()
  find_library(EDFlib_LIBRARY NAMES edf)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(EDFlib REQUIRED_VARS EDFlib_LIBRARY EDFlib_INCLUDE_DIR)
if(EDFlib_FOUND AND NOT TARGET EDFlib::EDFlib)
  add_library(EDFlib::EDFlib UNKNOWN IMPORTED)
  set_target_properties(EDFlib::EDFlib PROPERTIES
    IMPORTED_LOCATION ${EDFlib_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${EDFlib_INCLUDE_DIR})
endif()
mark_as_advanced(EDFlib_INCLUDE_DIR EDFlib_LIBRARY)

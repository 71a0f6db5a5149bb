# Install and export: one set of targets a part, so that who asks for one part
# needs the dependencies of that part alone.
set(FASCIKIT_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/fascikit)
set_property(GLOBAL PROPERTY fascikit_parts "")

function(fascikit_install_part part)
  if(NOT FASCIKIT_INSTALL)
    return()
  endif()
  install(TARGETS ${ARGN} EXPORT fascikit-${part} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT fascikit-${part} NAMESPACE fascikit:: DESTINATION ${FASCIKIT_CMAKE_DIR})
  if(NOT part STREQUAL core)
    set_property(GLOBAL APPEND PROPERTY fascikit_parts ${part})
  endif()
endfunction()

function(fascikit_install_package)
  if(NOT FASCIKIT_INSTALL)
    return()
  endif()
  get_property(FASCIKIT_PARTS GLOBAL PROPERTY fascikit_parts)
  set(FASCIKIT_IO_NEEDS Threads)
  if(NOT TARGET fascikit_edflib)
    list(APPEND FASCIKIT_IO_NEEDS EDFlib)
  endif()
  set(FASCIKIT_FFTW_NEEDS FFTW3)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/src/cmake/fascikit-config.cmake.in
    ${PROJECT_BINARY_DIR}/fascikit-config.cmake INSTALL_DESTINATION ${FASCIKIT_CMAKE_DIR}
    NO_SET_AND_CHECK_MACRO)
  # Below 1.0 a minor version may move a wall.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/fascikit-config-version.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/fascikit-config.cmake ${PROJECT_BINARY_DIR}/fascikit-config-version.cmake
    ${PROJECT_SOURCE_DIR}/src/cmake/FindEDFlib.cmake ${PROJECT_SOURCE_DIR}/src/cmake/FindFFTW3.cmake
    DESTINATION ${FASCIKIT_CMAKE_DIR})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/fascikit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN *.hpp)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
endfunction()
